/** A foreign text on one line: control and invisible characters, which could steer a terminal, become spaces. */
export const printableText = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
