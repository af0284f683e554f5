import "@mantine/core/styles.css";
import "./app/styles/base.css";
import "./app/styles/frame.css";
import "./app/styles/bell.css";
import "./app/styles/table.css";
import "./app/styles/pages.css";
import "./app/styles/look.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { wear } from "./shared/look";

wear();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
