// The words that odd requests are made of. One character is one byte: `\xc3\xbc` is `ü` as it goes over the wire.

const list = (text: string): string[] => text.trim().split(/\s+/);

export const METHODS = list("GET GET GET GET HEAD POST PUT DELETE OPTIONS PATCH");
export const ODD_METHODS = [
  ...list(
    "TRACE CONNECT PROPFIND M-SEARCH PURGE QUERY SEARCH get FOO __proto__ constructor ALL LINK",
  ),
  "G\tET",
];

/** Values of parameters. */
export const VALUES = list("1 me a.b secret admin a%20b a%2Fb %C3%BC a;b=c A");

export const SEGMENTS = [
  ...list("admin secret ADMIN legacy public users a .. . ..."),
  ...list("%2e%2e .%2E %2e %2E. ..; ..%00 ..%5c %2e%2e%2f ..%2fadmin %252e"),
  ...list("a%2Fb admin%2Fsecret admin%2fsecret admin%5Csecret admin\\secret %5cadmin"),
  ...list("admin;x=1 ; ;admin admin; %3Badmin admin%3Bx admin,x admin=x admin&x"),
  ...list("%00 admin%00 %09 %0d%0a %7f %80 % %z %zz %u0061dmin %2 %%61"),
  // Overlong, a surrogate, more than four bytes.
  ...list("%C0%AF %c0%ae%c0%ae %E0%80%AF %c1%a1dmin %ed%a0%80 %f8%80%80%80%af"),
  // What becomes ASCII when it is folded: full width, long s, dotless i, the Kelvin sign.
  ...list("%C3%BC %c3%bc %e2%80%ae %EF%BD%81dmin %EF%BC%8F %C5%BFecret %C4%B1 %E2%84%AA"),
  ...list("\xc3\xbc \xef\xbd\x81dmin \xff admin%20 +admin admin+ admin. admin%2e admin.. .admin"),
  ...list("admin~ admin%7E admin#x admin%23x admin%3Fx __proto__ constructor * :id {a}"),
  ...list('| " <a> ^ ` [id] @evil evil:80'),
  ...["", "admin\t"],
];

// With `#` or a no-break space in it a target is read by `url.parse()`, in connect and in Express.
export const QUERIES = [
  "",
  "?\xa0",
  ...list("? ?? ?# ?a=1 ?/admin ?x=%zz ?#/admin ?a=1#b ?/../admin?b ?\\"),
];

/** Ends of a path. */
export const ENDS = ["\t", ...list("/ // . .. /. /.. /%2e %20 %00 %09 % %zz %2")];

/** What is put before a path. */
export const FRONTS = [
  ...list("/ // \\ /\\ /. /.. /./ /%2e /%2F /%5C /; //evil /x/.. /%20"),
  ...list("http://evil http://h.test https://h.test:443 HTTP://H.test http: http:/ http://"),
  ...list("http://h.test@evil ws://h.test http://evil\\ http://evil/admin file:// h.test:80"),
];

/** Whole targets. */
export const WHOLE = ["", ...list("* h.test:80 / // http://h.test ? # /? /* h.test /#")];

export const LEGACY_PATHS = list("/legacy /legacy/7 /admin/legacy /LEGACY/ /legacy/a%20b /public");

/** What may stand in place of a slash. */
export const SLASHES = list("%2F %2f %252F \\ %5C %5c %255c %c0%af");

/** What may stand in place of a slash and be taken for one. */
export const WIDE_SLASHES = ["/ /", "/\t/", ...list("// /// /./ /%2e/ /;/ /%20/")];

/** Parents that are not spelled `..`. */
export const PARENTS = list("%2e%2e .%2e ..;");

/** What may stand at the end of a segment. */
export const TAILS = list("; ;x ;x=1 . .. %20 %00 %2e ~");

export const GOOD_HOSTS = list("h.test h.test h.test h.test:8080 127.0.0.1 [::1]:80 H.TEST");
export const BAD_HOSTS = [
  ...list("h.test/admin/secret? h.test/admin u:p@h.test h.test#x h.test?x h.test\\admin h%2Etest"),
  ...list("h.test:99999 h.test:x [::1 h.test,evil / .. h.test:80:80 \xfc.test 1.2.3.4.5"),
  "a b",
];

/** Header lines that must not matter, or only where a proxy is trusted. */
export const EXTRA = [
  "X-Forwarded-Host: evil.test",
  "X-Forwarded-Host: evil.test/admin",
  "X-Forwarded-Host: a, b",
  "X-Forwarded-Proto: https",
  "X-Forwarded-Proto: gopher",
  "X-Forwarded-For: 6.6.6.6",
  "X-Forwarded-Port: 1",
  "X-Forwarded-Prefix: /admin",
  "X-Original-URL: /admin/secret",
  "X-Rewrite-URL: /admin/secret",
  "X-HTTP-Method-Override: DELETE",
  "Forwarded: host=evil;proto=https",
  "__proto__: x",
  "Accept: */*",
];

/** `HOST` stands for the request's own. */
export const ORIGINS = [
  ...list("http://HOST http://HOST http://HOST https://HOST http://evil.test http://evil.test"),
  ...list(
    "http://HOST.evil.test http://www.HOST http://HOST:81 http://HOST/ HTTP://HOST null null",
  ),
  ...list("HOST http:// file:// http://evil.test:x http://evil@HOST about:blank"),
  ...["", "http://HOST, http://evil.test", "http://evil.test http://HOST"],
];
export const FETCH_SITES = [
  ...list("same-origin same-origin none cross-site cross-site same-site Same-Origin cross-origin"),
  ...["", "same-origin, cross-site", "same-origin;x"],
];
export const CONTENT_TYPES = [
  ...list("application/x-www-form-urlencoded text/plain multipart/form-data;boundary=x TEXT/Plain"),
  ...list("text/plain;charset=utf-8 Application/X-WWW-Form-Urlencoded text/html application/json"),
  ...list("application/vnd.api+json application/jsonp text/plainx application/json;x=text/plain"),
  ...["", "text/plain; application/json", "application/json, text/plain", "multipart/form-data"],
  ...["text/plain ; a=b", "; text/plain", "text", "*/*"],
];
