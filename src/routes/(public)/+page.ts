// Plain HTML: nothing on the page needs a script, so a visitor loads none before they sign up.
export const csr = false;
