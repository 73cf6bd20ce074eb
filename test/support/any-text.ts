import fc, { type Arbitrary } from 'fast-check';

/** Any character of Unicode, whole: half of a surrogate pair is none. */
const anyCharacter = fc
  .integer({ min: 0, max: 0x10ffff - 0x800 })
  .map((code) => String.fromCodePoint(code < 0xd800 ? code : code + 0x800));

/** Text of any characters, now and then of ASCII only. */
export const anyText = (lengths: { minLength?: number; maxLength?: number } = {}) =>
  fc.oneof<Arbitrary<string>[]>(
    fc.string({ ...lengths, unit: anyCharacter }),
    fc.string({
      ...lengths,
      unit: fc.integer({ min: 0, max: 0x7f }).map((code) => String.fromCharCode(code)),
    }),
  );
