import { saveFile } from "@/shared/file";

/** A text as a file of the person who looks. */
export const saveText = (name: string, text: string): void => saveFile(new Blob([text], { type: "text/plain" }), name);

/** A name that every system takes for a file's. */
export const fileName = (name: string): string => `${name.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-+|-+$/g, "").toLowerCase() || "list"}.txt`;
