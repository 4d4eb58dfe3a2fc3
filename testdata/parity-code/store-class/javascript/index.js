// An object that holds a client, made per invocation and per environment.
const { Store } = require("./store.js");

const heldStore = new Store();

exports.fresh = async (event) => {
  const store = new Store();
  return store.get(event.id);
};

exports.held = async (event) => heldStore.get(event.id);
