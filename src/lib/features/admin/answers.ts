import * as v from 'valibot';
import { losses } from '../../losses.ts';

const time = v.string();
const maybeTime = v.nullable(time);
const maybeText = v.nullable(v.string());

const failureFields = {
	id: v.string(),
	user_id: v.string(),
	stage: v.string(),
	sqlstate: v.string(),
	message: v.string(),
	attempts: v.number(),
	occurred_at: time,
	last_occurred_at: time,
	resolved_at: maybeTime,
	resolved_by: maybeText,
};

export const failure = v.object(failureFields);

const userFields = {
	id: v.string(),
	email: maybeText,
	confirmed_at: maybeTime,
	last_sign_in_at: maybeTime,
	created_at: time,
	providers: v.array(v.string()),
	has_profile: v.boolean(),
	/** From here on null for an account without a profile. */
	name: maybeText,
	avatar_hue: v.nullable(v.number()),
	role: v.nullable(v.picklist(['user', 'admin'])),
	source: maybeText,
	suspended: v.boolean(),
	suspended_at: maybeTime,
	suspended_until: maybeTime,
	suspended_reason: maybeText,
	failure: v.nullable(failure),
};

export const user = v.object(userFields);

export const userPage = v.object({
	rows: v.array(user),
	total: v.number(),
	/** There are more than `total`, and nobody has counted them. */
	more: v.boolean(),
	next: maybeText,
	previous: maybeText,
});

const details = v.nullable(v.record(v.string(), v.unknown()));

export const userDetails = v.object({
	...userFields,
	sign_in_methods: v.array(
		v.object({
			provider: v.string(),
			email: maybeText,
			created_at: maybeTime,
			last_sign_in_at: maybeTime,
		}),
	),
	sessions: v.array(
		v.object({
			id: v.string(),
			created_at: time,
			refreshed_at: maybeTime,
			user_agent: maybeText,
			ip: maybeText,
		}),
	),
	losses,
	failures: v.array(failure),
	timeline: v.array(
		v.object({ at: time, event: v.string(), actor: v.nullish(v.string(), null), details }),
	),
});

export const overview = v.object({
	people: v.number(),
	admins: v.number(),
	unconfirmed: v.number(),
	suspended: v.number(),
	missing_profiles: v.number(),
	open_failures: v.number(),
	sources: v.object({ trigger: v.number(), fallback: v.number(), repair: v.number() }),
	sign_ups: v.array(v.object({ day: v.string(), count: v.number() })),
});

export const failurePage = v.object({
	rows: v.array(
		v.object({ ...failureFields, email: maybeText, name: maybeText, has_profile: v.boolean() }),
	),
	total: v.number(),
	more: v.boolean(),
	next: maybeText,
});

export const repairOutcome = v.object({
	outcome: v.picklist(['repaired', 'present', 'failed']),
	sqlstate: maybeText,
	message: maybeText,
});

export const repairBatch = v.object({
	repaired: v.number(),
	failed: v.array(v.object({ user_id: v.string(), sqlstate: v.string(), message: v.string() })),
	/** What to go on with; null when all have been tried. */
	next: maybeText,
});

export type User = v.InferOutput<typeof user>;
export type UserPage = v.InferOutput<typeof userPage>;
export type UserDetails = v.InferOutput<typeof userDetails>;
export type Overview = v.InferOutput<typeof overview>;
export type FailurePage = v.InferOutput<typeof failurePage>;
export type RepairOutcome = v.InferOutput<typeof repairOutcome>;
export type RepairBatch = v.InferOutput<typeof repairBatch>;
