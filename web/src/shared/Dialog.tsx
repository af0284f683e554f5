import { Modal } from "@mantine/core";
import type { ReactNode } from "react";

/** Something over the page. Without `close` it stays until what it asks for is done. */
export function Dialog({ title, close, children }: { title: string; close?: () => void; children: ReactNode }) {
  return (
    <Modal.Root opened onClose={() => close?.()} lockScroll={false} size="sm">
      <Modal.Overlay />
      <Modal.Content aria-label={title}>
        <Modal.Body>
      <div className="dialog-head">
        <strong>{title}</strong>
        {close && (
          <button type="button" className="plain" aria-label="Close" onClick={close}>
            ✕
          </button>
        )}
      </div>
      {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
