// Lets a request that offers another upgrade than websocket be answered as if it offered none.
import { IncomingMessage } from 'node:http';

/**
 * A server that listens for upgrades is handed every request that offers one, unparsed and without its body. Java's
 * HttpClient and `curl --http2` offer `h2c` with each first request; RFC 9110 lets a server ignore that, and this is how.
 */
export class UpgradeOffer extends IncomingMessage {
  private offered = false;

  /** What Node asks, once the headers are there, before it takes a request off the parser. */
  get upgrade(): boolean {
    return this.offered && this.headers.upgrade?.toLowerCase() === 'websocket';
  }

  set upgrade(offered: boolean | null) {
    this.offered = offered === true;
  }
}
