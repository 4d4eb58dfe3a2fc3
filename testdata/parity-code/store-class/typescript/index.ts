// An object that holds a client, made per invocation and per environment.
import { Store, type Item } from "./store";

interface Request {
  id: string;
}

const heldStore = new Store();

export const fresh = async (event: Request): Promise<Item> => {
  const store = new Store();
  return store.get(event.id);
};

export const held = async (event: Request): Promise<Item> => heldStore.get(event.id);
