import { Buffer } from "node:buffer";
import { inflateRawSync } from "node:zlib";

/**
 * A config drive as ISO 9660, deflated, in Base64: one static adapter, keys, and a little user-data. Its
 * test says what is on it, and prints it anew where that changes.
 */
const DEFLATED =
  "7dzrUttGFMDxldsGcDOdTkggJP2gUfMRG8lcpjjTDy5xpjTFMOC2TNKMI+QlVrAtjyVD0wyd5EXyKH2lPkK7KwlsLsVuJ0mb8P8BlnQk7THXs7sSFgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABgr92zbMYQ5hBe0d/2nucLf7T9q74sTiwvyqnf9IcbHRTEJFa/1d0/qB0tcT7aui3G9GBe/GZmPPv5EZI7ON3GpveNfloJdWLIdu2DP2wv2om2fDdinnA0Y/M0B8P/wZ1r/AQDAJRr/x2NsXf8nxI14bX2jXNmqllYeiDExpSIZsbJeqZYrVXFFTMfb35eq5a0qXzsAAN7f+i/0/Lqh679yQxiD9V+ZEpl+/VemRYb6DwDA++3J0GvsWxtjxu9/iPLmNSOrApubqxs1Z3nZKW1s3zFaJX1SqZVJGsmcaf/+sPaNUZr5OZ6biPsn57Yycdxpqax9ZoigI9th5Hp7Iz1FAAAunftDKqshRqmhb6bKb8fXG+I5h3NbGUsnIiprVw2hbkiMZDsard3pZGX6/HavpBMalbVPDdF0IxlGdBwAAB94/b+45o5a/4f0Ikaq/z+KmWRl5nWyfJ22ItL6r2+gzt91KmsTRnxjtW70ziu9+9UdY+B6BgAAGFL/Lx4bv8v6/0zcTFZuzsRl3Jg5Wf8/XytXS7V7pWop/93WeuWuo0bsk4Zoycit1d3IzT8Lg/ZIfYK2uJWs3HqZZHp5MtNkpVz9aX3zwWCyytqUIdoyOgi6e/8s3RNxO1m5fX6/5uoPW+XNJFX8OakrGL1QduMkdHEAAG/DC6vX8+tW0bJdZ6fgzddzemCdW9APX+mHgf9d3rVmrbbbkurormxItxu6TRVqBGF0OpyXv7itTlPmvaClz0rLZvIqAlbxxVE7p3bMWum0fq3jRg21fy7dntP5rcNZq9PbafpebU8+D3UzYZxFHRiGjZysFxYXnWWzpKzMV351V5zmw3urjrposKhjq99WGjvb34QPty9emqF1eMiPBgDgA+b2osBsBll/1/WkWjF9VZLVMujsqPvnsvFuGTXs9AC9mhyi7q+LfC9rmm693pVhaDrLhbydL+QLtgqqI1puuGeqgpw/+tDxp+rq+oH7/PhgR8Xq7TCnuwNqyLsvu/2GFuezfH8AAHg74/+m395TY+lHL6x4HiByO7Yah0fPO3pY3dlv1ULpqoCq/LKrynqt5Xq1tOarA3bdorNUnJdF247fHXVoK+pZRUe9HNrh4+Oh/0CGNKKz6Nxncvqd/QW15XcG0vQ7F8lsgu5cqPCJ7oXa0w166u69OFWaRc9s5OO3Eyf2Y2mPZCCHY+nnrXsjvpc2lj4z1VNRZ5x9Vovz6pR/dxI/gQCA/8KXXjPo1XPJ/Ht2Jwgir1UvqlF5zpReIzB1JHvQ9SNZ2/WbMkx26dn5ojknI2+uP+Wv28jqV2XtyG7LD0M/aIdF07KXFmwrm76GsJ7LL5ru106222sfZ3qkU82aKvS4n1ltMf4HAOCt+As=";

/** The image of the drive that a rehearsed boot is deployed from. */
export function rehearsalDrive(): Uint8Array {
  return inflateRawSync(Buffer.from(DEFLATED, "base64"));
}
