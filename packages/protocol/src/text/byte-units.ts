/** Bytes in one of a UCUM unit of them, as OpenTelemetry writes those. */
export const byteUnits: Readonly<Record<string, number>> = {
  By: 1,
  KiBy: 1024,
  MiBy: 1024 ** 2,
  GiBy: 1024 ** 3,
  kBy: 1e3,
  MBy: 1e6,
  GBy: 1e9,
}
