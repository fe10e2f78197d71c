import { training } from './models.subject.ts'; // feature: models
import { profile } from './profile.subject.ts';
import type { Subject } from './subject.ts';

/** What there are cards of, one line each. */
export const subjects: Subject[] = [
	profile,
	training, // feature: models
];
