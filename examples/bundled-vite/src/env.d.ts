// For import.meta.glob.
/// <reference types="vite/client" />
