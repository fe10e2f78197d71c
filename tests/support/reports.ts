/** Reads what Vitest and Playwright report as JSON. */
import { stripVTControlCharacters } from 'node:util';
import * as v from 'valibot';

/** What failed says why, in the first lines of its message. */
export type Counts = { passed: number; failed: string[]; skipped: string[] };

const vitestReport = v.object({
	testResults: v.array(
		v.object({
			name: v.string(),
			status: v.string(),
			message: v.optional(v.string(), ''),
			assertionResults: v.array(
				v.object({
					fullName: v.string(),
					status: v.string(),
					failureMessages: v.optional(v.array(v.string()), []),
				}),
			),
		}),
	),
});

export function countVitest(report: unknown): Counts {
	const files = v.parse(vitestReport, report).testResults;
	const tests = files.flatMap((file) => file.assertionResults);
	// A file that could not be loaded has failed without a test of its own.
	const broken = files.filter(
		(file) =>
			file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
	);
	const of = (status: string) => tests.filter((test) => test.status === status);
	return {
		passed: of('passed').length,
		failed: [
			...of('failed').map(({ fullName, failureMessages }) => because(fullName, failureMessages[0])),
			...broken.map(({ name, message }) => because(name, message)),
		],
		skipped: tests
			.filter(({ status }) => status !== 'passed' && status !== 'failed')
			.map(({ fullName }) => fullName),
	};
}

type Suite = { title: string; specs: v.InferOutput<typeof spec>[]; suites?: Suite[] | undefined };

const spec = v.object({
	title: v.string(),
	tests: v.array(
		v.object({
			projectName: v.string(),
			status: v.string(),
			results: v.array(
				v.object({ errors: v.array(v.object({ message: v.optional(v.string(), '') })) }),
			),
			annotations: v.array(v.object({ type: v.string(), description: v.optional(v.string(), '') })),
		}),
	),
});

const suite: v.GenericSchema<unknown, Suite> = v.object({
	title: v.string(),
	specs: v.array(spec),
	suites: v.optional(v.array(v.lazy(() => suite))),
});

const playwrightReport = v.object({
	suites: v.array(suite),
	errors: v.array(v.object({ message: v.optional(v.string(), '') })),
});

export function countPlaywright(report: unknown): Counts {
	const { suites, errors } = v.parse(playwrightReport, report);
	const tests = suites.flatMap(specsOf).flatMap(({ title, tests }) =>
		tests.map(({ projectName, status, results, annotations }) => ({
			status,
			message: results.flatMap((result) => result.errors)[0]?.message,
			name: [`${title} (${projectName})`, ...annotations.map((each) => each.description)]
				.filter(Boolean)
				.join(': '),
		})),
	);
	const of = (status: string) => tests.filter((test) => test.status === status);
	return {
		passed: of('expected').length,
		failed: [
			...[...of('unexpected'), ...of('flaky')].map(({ name, message }) => because(name, message)),
			...errors.map(({ message }) => because('outside of any test', message)),
		],
		skipped: of('skipped').map(({ name }) => name),
	};
}

function specsOf({ specs, suites = [] }: Suite): Suite['specs'] {
	return [...specs, ...suites.flatMap(specsOf)];
}

function because(name: string, message = ''): string {
	const lines = stripVTControlCharacters(message)
		.split('\n')
		.filter((line) => line.trim());
	return [name, ...lines.slice(0, 12).map((line) => `    ${line.trim().slice(0, 200)}`)].join('\n');
}
