export type Line = {
	name: string;
	/** Which of the looks that a chart tells lines apart by. */
	look: number;
	values: { epoch: number; value: number }[];
};

export const size = { width: 300, height: 150 };

/** The points of a line in the chart: the first epoch at its left edge, the last at its right one. */
export function pathOf(values: Line['values'], epochs: number, most: number): string {
	return values
		.map(({ epoch, value }) => {
			const x = epochs > 1 ? ((epoch - 1) / (epochs - 1)) * size.width : size.width / 2;
			const y = size.height * (1 - Math.min(value, most) / most);
			return `${x.toFixed(1)},${y.toFixed(1)}`;
		})
		.join(' ');
}

/** The end of a scale from 0: the next round number. */
export function endOfScale(values: number[]): number {
	const most = Math.max(0, ...values);
	if (most === 0) return 1;
	const power = 10 ** Math.floor(Math.log10(most));
	return [1, 1.5, 2, 3, 5, 7.5, 10].map((step) => step * power).find((end) => end >= most) ?? most;
}
