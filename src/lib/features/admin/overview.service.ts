import * as v from 'valibot';
import type { Client } from '../../supabase/request.server.ts';
import { answerOf } from '../../supabase/answer-of.ts';
import { overview, type Overview } from './answers.ts';

export async function showOverview(client: Client, days: number): Promise<Overview> {
	return v.parse(overview, await answerOf(client.rpc('admin_overview', { days }, { get: true })));
}
