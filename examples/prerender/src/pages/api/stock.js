export const GET = () => Response.json({ tea: 4, salt: 0 });
