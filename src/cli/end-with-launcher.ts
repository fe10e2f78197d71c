/**
 * Loaded in front of a program that knows nothing of who started it: when that is gone, in whatever way, the program is
 * told to stop.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Who listens for the end of the channel would be kept alive by it.
process.channel?.unref();
