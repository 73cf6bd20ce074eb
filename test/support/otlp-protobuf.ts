/** A value of a field as it travels: a number, or bytes whose meaning the field says. */
type Raw = bigint | Buffer;

/** The fields of a message by their numbers. */
export type Fields = ReadonlyMap<number, readonly Raw[]>;

/** Reads the fields of a protobuf message. @throws RangeError when it is cut off */
export const fieldsOf = (bytes: Buffer): Fields => {
  const fields = new Map<number, Raw[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const read = (wire: number): Raw => {
    if (wire === 0) return varint();
    if (wire === 1) {
      at += 8;
      return bytes.readBigUInt64LE(at - 8);
    }
    if (wire === 5) {
      at += 4;
      return BigInt(bytes.readUInt32LE(at - 4));
    }
    const length = Number(varint());
    at += length;
    if (wire !== 2 || at > bytes.length) throw new RangeError(`wire type ${wire} at ${at}`);
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const field = tag >> 3;
    fields.set(field, [...(fields.get(field) ?? []), read(tag & 7)]);
  }
  return fields;
};

/** The messages in a field. */
export const messagesIn = (fields: Fields, field: number): Fields[] =>
  bytesIn(fields, field).map(fieldsOf);

export const bytesIn = (fields: Fields, field: number): Buffer[] =>
  (fields.get(field) ?? []).filter((raw) => Buffer.isBuffer(raw));

export const textIn = (fields: Fields, field: number): string =>
  bytesIn(fields, field)[0]?.toString('utf8') ?? '';

export const hexIn = (fields: Fields, field: number): string =>
  bytesIn(fields, field)[0]?.toString('hex') ?? '';

export const numberIn = (fields: Fields, field: number): bigint => {
  const [raw] = fields.get(field) ?? [];
  return typeof raw === 'bigint' ? raw : 0n;
};
