// Who goes to an address where nothing is, is told so by the app and led on.

export default async function (browser, { url }) {
  const page = await browser.user();
  browser.expect(/404/);
  for (const address of ["nowhere", "scan/more"]) {
    await page.goto(`${url}/${address}`);
    await page.getByText("There is no such page").waitFor();
  }
  await browser.look(page, "no-such-page");
  await page.getByRole("link", { name: "To the desk", exact: true }).click();
  await page.waitForURL(/desk/);
}
