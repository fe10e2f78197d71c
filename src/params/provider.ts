import { isProvider } from '$lib/features/registration/providers.ts';

export const match = isProvider;
