const routes: Record<string, () => string> = {
  '/': () => '<h1>Status board</h1><p>All systems operational.</p>',
  '/about': () => '<h1>About</h1><p>A small board for a small team.</p>',
};

export function render(path: string): string {
  const page = routes[path];
  return page ? page() : '<h1>Not found</h1>';
}
