import type { Errand } from './errand.ts';
import { imports } from './imports.errand.ts'; // feature: imports
import { models } from './models.errand.ts'; // feature: models
import { reading } from './pages.errand.ts';
import { registration } from './registration.errand.ts';
import { studio } from './studio.errand.ts'; // feature: studio

/** What people come for, one line a feature. */
export const errands: Errand[] = [
	registration,
	reading,
	models, // feature: models
	studio, // feature: studio
	imports, // feature: imports
];
