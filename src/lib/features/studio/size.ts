/** The size that places which show links ask for. */
export const size = { width: 1200, height: 630 };
