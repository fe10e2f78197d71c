import { training } from './models.subject.ts';
import { profile } from './profile.subject.ts';
import type { Subject } from './subject.ts';

/** What there are cards of, one line each. Without the feature models, its two lines here go. */
export const subjects: Subject[] = [profile, training];
