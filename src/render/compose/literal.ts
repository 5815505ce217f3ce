/** A text that Compose takes as it is: `$` begins a substitution there (Compose specification, "Interpolation"). */
export const literal = (text: string): string => text.replaceAll("$", "$$$$");

/** A variable of whoever runs Compose; without it nothing is started. */
export const requiredVariable = (name: string): string => `\${${name}:?the secret ${name} is not set}`;

/** Names that a substitution can hold. */
export const isSubstitutable = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
