/** How this process came to own a partition, or found again what it had missed of it. */
export interface Takeover {
  readonly partition: number;
  /** What had to be looked for; 0 when nothing was unacknowledged. */
  readonly recalled: number;
  readonly seconds: number;
}
