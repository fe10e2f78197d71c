import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { joinFonts, readFont, type Font } from './font.ts';

const { resolve } = createRequire(import.meta.url);
const read = (file: string) => readFile(resolve(file));

/**
 * A server may have no fonts of its own: these come with the project. Names are written in the first of these fonts that
 * has a letter, and are without the letters that none of them has. For another script, add its font here: one file that
 * is whole, as TrueType or OpenType.
 */
const nameFonts = ['@expo-google-fonts/source-serif-4/600SemiBold/SourceSerif4_600SemiBold.ttf'];
/** For our own small words. */
const sans = '@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf';

export type Studio = {
	/** The font of the names. */
	font: Font;
	toPng(svg: string): Uint8Array;
};

let studio: Promise<Studio> | undefined;

/** What is needed to draw, read once in a process. */
export function openStudio(): Promise<Studio> {
	// What failed is tried again with the next card.
	studio ??= prepare().catch((problem: unknown) => {
		studio = undefined;
		throw problem;
	});
	return studio;
}

async function prepare(): Promise<Studio> {
	const names = await Promise.all(nameFonts.map(read));
	const fontBuffers = [...names, await read(sans)];
	await initWasm(await read('@resvg/resvg-wasm/index_bg.wasm'));
	return {
		font: joinFonts(names.map(readFont)),
		toPng(svg) {
			const drawing = new Resvg(svg, { font: { fontBuffers, defaultFontFamily: 'Noto Sans' } });
			const picture = drawing.render();
			// What it answers lies in memory that is not collected.
			try {
				return picture.asPng();
			} finally {
				picture.free();
				drawing.free();
			}
		},
	};
}
