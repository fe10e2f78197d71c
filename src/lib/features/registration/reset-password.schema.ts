import * as v from 'valibot';
import { newPassword, next } from '../../credentials/credentials.schema.ts';

export const resetPasswordSchema = v.object({ password: newPassword, next });
