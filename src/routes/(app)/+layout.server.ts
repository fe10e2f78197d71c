import { isLive } from '$lib/live/available.server.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = () => ({ live: isLive() });
