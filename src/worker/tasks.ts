import type { Task } from './task.ts';
import { runImport } from './tasks/imports__run.ts';
import { trainModel } from './tasks/models__train.ts';
import { drawShareCard } from './tasks/studio__card.ts';

/** The kinds of jobs, one line each. */
export const tasks: Record<string, Task> = {
	'imports.run': runImport,
	'models.train': trainModel,
	'studio.card': drawShareCard,
};
