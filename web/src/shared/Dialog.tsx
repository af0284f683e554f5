import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useEscape } from "./escape";

interface Props {
  title: string;
  /** The feature that it is of: a dialog stands outside of its page, and wears the root's class for the feature's sheet. */
  of?: string;
  close?: () => void;
  children: ReactNode;
}

/** Something over the page. Without `close` it stays until what it asks for is done. */
export function Dialog({ title, of, close, children }: Props) {
  useEscape(true, () => close?.());
  return (
    <Modal.Root opened closeOnEscape={false} onClose={() => close?.()} lockScroll={false} size="sm">
      <Modal.Overlay />
      <Modal.Content aria-label={title}>
        <Modal.Body className={of}>
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
