import * as v from 'valibot';
import { email, next, password } from '../../credentials/credentials.schema.ts';

export const logInSchema = v.object({ email, password, next });
export const emailSchema = v.object({ email, next });

export type Credentials = Pick<v.InferOutput<typeof logInSchema>, 'email' | 'password'>;
