/** What the layout of a line has to know of a font. */
export type Font = {
	/** How far a letter moves the pen, in parts of the font's size; undefined when the font lacks the letter. */
	advance(codePoint: number): number | undefined;
};

/** Reads the two tables of a TrueType or OpenType file that say which letters it has, and how wide they are. */
export function readFont(file: Uint8Array): Font {
	const data = new DataView(file.buffer, file.byteOffset, file.byteLength);
	const unitsPerEm = data.getUint16(tableAt(data, 'head') + 18);
	const widths = data.getUint16(tableAt(data, 'hhea') + 34);
	const metrics = tableAt(data, 'hmtx');
	const glyphs = readGlyphs(data, tableAt(data, 'cmap'));
	return {
		advance(codePoint) {
			const glyph = glyphs.get(codePoint);
			if (glyph === undefined) return undefined;
			return data.getUint16(metrics + 4 * Math.min(glyph, widths - 1)) / unitsPerEm;
		},
	};
}

function tableAt(data: DataView, tag: string): number {
	const count = data.getUint16(4);
	for (let entry = 12; entry < 12 + 16 * count; entry += 16) {
		const name = String.fromCodePoint(...[0, 1, 2, 3].map((byte) => data.getUint8(entry + byte)));
		if (name === tag) return data.getUint32(entry + 8);
	}
	throw new Error(`The font has no table ${tag}.`);
}

/** The glyph of each letter, from the two kinds of tables that fonts of today have. */
function readGlyphs(data: DataView, cmap: number): Map<number, number> {
	const glyphs = new Map<number, number>();
	const count = data.getUint16(cmap + 2);
	for (let entry = cmap + 4; entry < cmap + 4 + 8 * count; entry += 8) {
		const table = cmap + data.getUint32(entry + 4);
		const format = data.getUint16(table);
		const letters =
			format === 12 ? inGroups(data, table) : format === 4 ? inSegments(data, table) : [];
		for (const [letter, glyph] of letters) if (glyph !== 0) glyphs.set(letter, glyph);
	}
	if (glyphs.size === 0) throw new Error('The font has no table of letters that can be read.');
	return glyphs;
}

/** Format 12, which reaches all of Unicode. */
function* inGroups(data: DataView, table: number): Generator<[number, number]> {
	const end = table + 16 + 12 * data.getUint32(table + 12);
	for (let group = table + 16; group < end; group += 12) {
		const first = data.getUint32(group);
		const last = data.getUint32(group + 4);
		const glyph = data.getUint32(group + 8);
		for (let letter = first; letter <= last; letter++) yield [letter, glyph + letter - first];
	}
}

/** Format 4: four lists, of the last letters, the first letters, and two of how their glyphs are found. */
function* inSegments(data: DataView, table: number): Generator<[number, number]> {
	const length = data.getUint16(table + 6);
	for (let end = table + 14; end < table + 14 + length; end += 2) {
		const first = data.getUint16(end + 2 + length);
		const delta = data.getUint16(end + 2 + 2 * length);
		const list = end + 2 + 3 * length;
		const offset = data.getUint16(list);
		const last = Math.min(data.getUint16(end), 0xfffe);
		for (let letter = first; letter <= last; letter++) {
			const glyph = offset ? data.getUint16(list + offset + 2 * (letter - first)) : letter;
			yield [letter, glyph === 0 ? 0 : (glyph + delta) & 0xffff];
		}
	}
}

/** Several fonts as one: each letter is that of the first font that has it. */
export function joinFonts(fonts: Font[]): Font {
	return {
		advance(codePoint) {
			for (const font of fonts) {
				const width = font.advance(codePoint);
				if (width !== undefined) return width;
			}
			return undefined;
		},
	};
}
