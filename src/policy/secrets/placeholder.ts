const WORDS =
  /example|sample|placeholder|change[-_ ]?(?:me|this)|replace|insert[-_ ]|your[-_ ]|my[-_]|dummy|fake|redacted|removed|hidden|xxxx|todo|test|abcdefgh|12345678|01234567|98765432|deadbeef/i;
const TEMPLATE = /\$\{|\$\(|\{\{|#\{|%[({]|<[^<>]*>|\*{3}|\.{3}|\u2026|^\$[A-Za-z_]|^%[A-Za-z_]+%$|^@/;
/** One character, or two in turn, all the way. */
const REPEATED = /^(..?)\1{3,}.?$/;

/** Whether a literal only stands for a secret: an example, a template, a row of one character. */
export const isPlaceholder = (text: string): boolean => TEMPLATE.test(text) || WORDS.test(text) || REPEATED.test(text);

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const DIGEST = /^(?:sha\d+|md5|blake\w*)[-:=]|^\$(?:2[aby]|argon2\w*|[156]|scrypt|pbkdf2[\w-]*)\$/i;
const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:\/\/|\.{0,2}\/|urn:|arn:|data:|file:)/i;
const CODE = /[()[\]{};]|^(?:[A-Za-z_$][\w$]*\.)+[A-Za-z_$][\w$]*$/;

/** Whether a literal is of a kind that names something rather than opening it. */
export const isName = (text: string): boolean => UUID.test(text) || DIGEST.test(text) || ADDRESS.test(text) || CODE.test(text);
