/**
 * A module of the old app, in CommonJS like the rest of it.
 *
 * @param {string} sku
 */
module.exports.priceOf = (sku) => ({ sku, cents: sku.length * 100 });
