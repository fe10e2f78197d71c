import type { Task } from './task.ts';
import { runImport } from './tasks/imports__run.ts'; // feature: imports
import { trainModel } from './tasks/models__train.ts'; // feature: models
import { drawShareCard } from './tasks/studio__card.ts'; // feature: studio

/** The kinds of jobs, one line each. */
export const tasks: Record<string, Task> = {
	'imports.run': runImport, // feature: imports
	'models.train': trainModel, // feature: models
	'studio.card': drawShareCard, // feature: studio
};
