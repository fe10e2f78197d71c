/**
 * The forms of this page whose answer is awaited. An answer says where the page goes next and may bring a new session:
 * what reloads or leads away by itself waits for it.
 */
let underWay = 0;
const waiting: (() => void)[] = [];

/** Answers how to say that the form's answer is there. A form that leaves the page need not say it. */
export function startSending(): () => void {
	underWay += 1;
	let ended = false;
	return () => {
		if (ended) return;
		ended = true;
		underWay -= 1;
		if (underWay > 0) return;
		for (const go of waiting.splice(0)) go();
	};
}

export function whenNothingIsSent(go: () => void): void {
	if (underWay > 0) waiting.push(go);
	else go();
}
