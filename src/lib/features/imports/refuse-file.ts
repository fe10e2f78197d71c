import { AppError } from '../../errors.ts';

/** Why a file is not taken. */
export type FileFault =
	| 'file_missing'
	| 'file_empty'
	| 'file_binary'
	| 'file_not_csv'
	| 'file_encoding'
	| 'file_quote'
	| 'file_line_too_long'
	| 'file_no_header'
	| 'file_columns_missing'
	| 'file_too_many_columns'
	| 'file_no_lines'
	| 'file_too_large'
	| 'file_cut';

export function refuseFile(code: FileFault, sentence: string): AppError {
	return new AppError(code, 400, sentence);
}
