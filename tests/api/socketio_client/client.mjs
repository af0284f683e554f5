// Says in lines of JSON what a browser's client hears. Arguments: address, options; it ends with its input.
import { io } from "socket.io-client";

const [address, options] = process.argv.slice(2);
const say = (event, data) => process.stdout.write(JSON.stringify([event, data]) + "\n");
const socket = io(address, { transports: ["websocket"], reconnectionDelay: 100, ...JSON.parse(options) });

socket.on("connect", () => say("connect", null));
socket.on("connect_error", (error) => say("connect_error", { message: error.message, data: error.data ?? null }));
socket.on("disconnect", (reason) => say("disconnect", reason));
socket.onAny((event, data) => say(event, data));
process.stdin.on("end", () => { socket.close(); process.exit(0); }).resume();
