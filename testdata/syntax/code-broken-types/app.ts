type A<T extends = keyof { [K in T]: };
export const handler = async <T,>(e: Event<T>): Promise<{ body: string> => {
  return e as unknown as ;
};
@dec() enum X { A = , }
