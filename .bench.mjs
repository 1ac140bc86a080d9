import http from "node:http"; import net from "node:net"; import express from "express"; import fastify from "fastify";
import { starbridge as ex } from "starbridge/express"; import { starbridge as fa } from "starbridge/fastify"; import { starbridge as co } from "starbridge/connect";
const data={hello:"world",n:1,list:[1,2,3]};
const routes={"json/[id].ts":{GET:({params})=>Response.json({...data,id:params.id})},"echo.ts":{POST:async({request})=>Response.json(await request.json())}};
const servers={};
async function up(name,h){const s=http.createServer(h);await new Promise(r=>s.listen(0,r));servers[name]=s.address().port;}
await up("node",(q,r)=>{const b=Buffer.from(JSON.stringify({...data,id:"42"}));r.writeHead(200,{"content-type":"application/json","content-length":b.length});r.end(b)});
{const a=express();a.get("/json/:id",(q,r)=>r.json({...data,id:q.params.id}));a.post("/echo",express.json(),(q,r)=>r.json(q.body));await up("express own",a)}
{const a=express();const b=ex({routes});await b.ready();a.use(b);await up("express bridge",a)}
{const a=fastify();a.get("/json/:id",(q,r)=>r.send({...data,id:q.params.id}));a.post("/echo",(q,r)=>r.send(q.body));await a.listen({port:0});servers["fastify own"]=a.server.address().port}
{const a=fastify();await a.register(fa,{routes});await a.listen({port:0});servers["fastify bridge"]=a.server.address().port}
{const b=co({routes});await b.ready();await up("connect bridge",b)}
function load(port,payload,ms){return new Promise(done=>{let count=0;const end=performance.now()+ms;let open=16;for(let i=0;i<16;i++){const s=net.connect(port);s.write(payload);s.on("data",(d)=>{count++;if(performance.now()>end){s.destroy();if(--open===0)done(count)}else s.write(payload)})}})}
const get="GET /json/42 HTTP/1.1\r\nHost: h.test\r\n\r\n"; const body=JSON.stringify(data); const post=`POST /echo HTTP/1.1\r\nHost: h.test\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
for(const [n,p] of [["get",get],["post",post]]){const tot={};for(let round=0;round<5;round++)for(const name of Object.keys(servers)){const c=await load(servers[name],p,round?700:400);if(round)tot[name]=(tot[name]??0)+c}
console.log(n,Object.fromEntries(Object.entries(tot).map(([k,v])=>[k,Math.round(v/2.8)])))}
process.exit(0)
