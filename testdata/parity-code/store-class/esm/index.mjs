// An object that holds a client, made per invocation and per environment.
import { Store } from "./store.mjs";

const heldStore = new Store();

export const fresh = async (event) => {
  const store = new Store();
  return store.get(event.id);
};

export const held = async (event) => heldStore.get(event.id);
