/** The exec form, where nothing is expanded and JSON says what is special; without spaces, so that `<<` in it begins no here-document. */
export const execForm = (argv: readonly string[]): string => JSON.stringify(argv);
