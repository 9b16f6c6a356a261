import { Buffer } from "node:buffer";
import { inflateRawSync } from "node:zlib";

/**
 * A config drive as ISO 9660, deflated, in Base64: one static adapter and a little user-data. Its
 * test says what is on it, and prints it anew where that changes.
 */
const DEFLATED =
  "7dxdb9NWGMDx42xjJZumiUKBXVler9Bi7LSpqNEuIgjSxppWSaaB2BRc55SYxnYUO+0QYoJbPtS+0j7Cdo6drsnCSEATQ/T/a+OX45zzOOnLYz+JIwQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADBu3XYc1xDmAkESH4SPKtV/234y3lczs9fEVd/6JlZWxLWi6dqF082remKJi8XaRbGiZyviN6P00cefiNJJfxNn2jv+Y6k61S3HdarOhrPp1BxnvsH5h/kGg/85AN4Pf07yPwAAOEPn//k5ts7/58WlfGl3r9Fsd+q37opzYk21lMQP9U6j3eG5AgDgw8n/QtfXDZ3/lUvCmM7/ypookf8BAPiwPFz4Gnt771Pj9z9Eo3XBKKuGVuu7va67ve3W9+6tG1Fdd6pHpWKQ0tz4dxaNbywzzM95bSI/PnnlKOf/Pmhp7nxhiGQo4zTzg8OldhEAgDPnzoLMaohlcuh/k+Xv5a835DWHV45yblKIaO58ZoiBn8k0I8EDAPBW+f/1OXfZ/L/gKGKp/P9YXC4WLt8v5vcno4hilC93Gp1693a9U7e/b+82b7rqSGDVEJHM/G7Pz3z7cZrEOtD6C93lxbox9RrHjFhcLRauPs83Gs9nI602G52fdlt3p4M1d9YMEcvsOBkdvlm4h+JKsXDlZTF/ORvt8x/bjVYRKn9MqoIxTuUoD7LUwwEA4A09tcbjsGd5luO7+9Vgo1fRVylVNvXkhp5MXbvkWt9YsR9Jde+jSK/0kzQ7bbDlr340HEg7SCLrGU8tAADvra+DQTLuVYrL+8v7SZIFUc8rm2bFlEE/MXVL+XgUZrJ7EA5kWmwa+lnfM6/LLLi+L+Ogb+v+ZX1F9lCOojBNwyROPdNytjYdqzz5/IBMxpln+t+65dE4no2iGsr8LAAAeHfn/4MwPkwt78FTK68DZP7QUaf22ZOhPq0fHkXdVPqqQWZ9OVLl727kB12/1xvJVPWyDnzP3fI2pFcLPNf38hpBlI0tz1Ufh/LsF1UwKCrmUxEmLTqKjj0XMxwebaq1cDgVxt2u2o5dtav6fmqAyE91x2qtZp/c9JZRMlbvCshDTaLoyoadf810PG17pN5HcOw/mYrhWnq/VQH+KAwmg032rBenqsf8XtU2VJe368RvIADg//AX";

/** The image of the drive that a rehearsed boot is deployed from. */
export function rehearsalDrive(): Uint8Array {
  return inflateRawSync(Buffer.from(DEFLATED, "base64"));
}
