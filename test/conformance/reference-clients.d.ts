// The little of the two reference clients that the conformance tests use; neither package has types of its own.

declare module 'ari-client' {
  type Operation = (parameters: Record<string, unknown>) => Promise<unknown>;
  type Operations = Record<string, Operation>;

  export interface ReferenceClient {
    readonly channels: Operations & {
      answer: Operation;
      get: Operation;
      list: () => Promise<unknown>;
      playWithId: Operation;
      originateWithId: Operation;
      hangup: Operation;
      getChannelVar: Operation;
    };
    readonly bridges: Operations & {
      list: () => Promise<unknown>;
      createWithId: Operation;
      addChannel: Operation;
      removeChannel: Operation;
      destroy: Operation;
    };
    readonly endpoints: { list: () => Promise<unknown> };
    on(type: string, listener: (event: Record<string, unknown>) => void): void;
    start(apps: string, subscribeAll?: boolean): Promise<void>;
    stop(): void;
  }
  const ari: { connect(url: string, user: string, password: string): Promise<ReferenceClient> };
  export default ari;
}

declare module 'asterisk-manager' {
  type Message = Record<string, string | undefined>;
  export interface Manager {
    action(
      fields: Record<string, unknown>,
      callback?: (error: Message | undefined, answer: Message) => void,
    ): void;
    on(name: string, listener: (event: Message) => void): void;
    disconnect(): void;
  }
  const open: (port: number, host: string, user: string, password: string, events: boolean) => Manager;
  export default open;
}
