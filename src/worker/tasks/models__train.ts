import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../lib/errors.ts';
import { train, type TrainedModel } from '../../lib/features/models/classifier.ts';
import type { Point } from '../../lib/features/models/points.ts';
import { readTable, type Table } from '../../lib/features/models/table.ts';
import { answerOf } from '../answer-of.ts';
import { HopelessError, type Task, type Work } from '../task.ts';

/** The page hears of new points this often, and of the last ones at once. */
const reportMs = 250;
/** Others have their turn after so long. */
const turnMs = 20;

type Training = { target: string; dataset_id: string | null; seed: number; epochs: number };

/**
 * Trains a model on the dataset that was its when the training was started. A worker that takes over from one that died
 * begins anew and, as the seed is the same, computes the same: what has been reported stays as it is.
 */
export const trainModel: Task = async (work) => {
	const { job, db } = work;
	const training = await answerOf(
		db
			.from('training_jobs')
			.select('target, dataset_id, seed, epochs')
			.eq('id', job.subjectId)
			.maybeSingle(),
	);
	// Deleted a moment ago, and its job with it.
	if (!training) return;
	const table = await loadTable(work, training);
	const result = await run(work, table, training);
	await answerOf(db.rpc('finish_training', { job_id: job.id, token: job.token, result }));
};

async function loadTable({ db }: Work, { dataset_id, target }: Training): Promise<Table> {
	const gone = new HopelessError('The dataset of this training has been deleted.');
	if (!dataset_id) throw gone;
	const [dataset] = await answerOf(db.from('datasets').select('content').eq('id', dataset_id));
	if (!dataset) throw gone;
	try {
		return await readTable(dataset.content, target);
	} catch (problem) {
		throw problem instanceof AppError ? new HopelessError(problem.message) : problem;
	}
}

async function run(
	{ job, db, signal }: Work,
	table: Table,
	training: Training,
): Promise<TrainedModel> {
	const steps = train(table, training);
	let points: Point[] = [];
	let reported = performance.now();
	let turn = reported;
	const report = async () => {
		await answerOf(db.rpc('report_training', { job_id: job.id, token: job.token, points }));
		points = [];
		reported = performance.now();
	};
	for (;;) {
		const step = steps.next();
		if (step.done) {
			await report();
			return step.value;
		}
		if (step.value) points.push(step.value);
		const now = performance.now();
		if (now - turn > turnMs) {
			await setImmediate();
			signal.throwIfAborted();
			turn = performance.now();
		}
		if (points.length > 0 && now - reported > reportMs) await report();
	}
}
