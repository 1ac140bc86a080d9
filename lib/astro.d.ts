// Types of the modules that endpoint and middleware files of an Astro project import, for projects that do not
// install astro: /// <reference types="starbridge/astro" />. Where astro is installed, its own types win.

declare module "astro:middleware" {
  export { defineMiddleware, sequence } from "starbridge/middleware";
}

declare module "astro/middleware" {
  export {
    createContext,
    defineMiddleware,
    isLocalsSerializable,
    sequence,
    trySerializeLocals,
  } from "starbridge/middleware";
}

declare module "astro" {
  export type {
    APIContext,
    APIRoute,
    AstroCookie,
    AstroCookieDeleteOptions,
    AstroCookieGetOptions,
    AstroCookieSetOptions,
    AstroCookies,
    GetStaticPaths,
    GetStaticPathsItem,
    GetStaticPathsOptions,
    MiddlewareHandler,
    MiddlewareNext,
    Page,
    PaginateFunction,
    PaginateOptions,
    Params,
    Props,
    RewritePayload,
    ValidRedirectStatus,
  } from "starbridge";
}
