// @ts-check

/** Something the person at the keyboard can put right; the message says what and how, so no stack trace is shown. */
export class BootstrapError extends Error {}
