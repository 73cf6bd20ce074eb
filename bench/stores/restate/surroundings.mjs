// What has to be there before the SDK is loaded.

// A line for every call costs as much as the call.
process.env.RESTATE_LOGGING = 'ERROR';
process.env.NODE_ENV = 'production';

// The SDK is written for Node.js 22; this is all that it misses in 20.
Promise.withResolvers ??= function withResolvers() {
  let [resolve, reject] = [];
  const promise = new this((onDone, onFailed) => {
    [resolve, reject] = [onDone, onFailed];
  });
  return { promise, resolve, reject };
};
