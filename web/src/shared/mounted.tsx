import { MantineProvider } from "@mantine/core";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { render, type RenderResult } from "@testing-library/react";

/** Put a router's page on a test's screen, with all that a page finds around it. */
export const mounted = (queries: QueryClient, router: object): RenderResult =>
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
