// Nothing on the page needs a script.
export const csr = false;
