import { text } from '@sveltejs/kit';

/** The process runs. */
export const GET = () => text('ok\n', { headers: { 'cache-control': 'no-store' } });
