export type Bell = {
	ring(): void;
	/** Until it rings, or for so long. A ring that nobody waited for is heard by the next who waits. */
	wait(ms: number): Promise<void>;
};

export function createBell(): Bell {
	let rung = false;
	let hear: (() => void) | null = null;
	return {
		ring() {
			rung = true;
			hear?.();
		},
		async wait(ms) {
			if (!rung) {
				await new Promise<void>((resolve) => {
					const timer = setTimeout(resolve, ms);
					hear = () => {
						clearTimeout(timer);
						resolve();
					};
				});
				hear = null;
			}
			rung = false;
		},
	};
}
