import './style.css';
import { render } from './routes';

const app = document.querySelector<HTMLElement>('#app')!;

function show(): void {
  app.innerHTML = render(location.pathname);
}

document.addEventListener('click', (event) => {
  const link = (event.target as HTMLElement).closest('a');
  if (!link || link.origin !== location.origin) return;
  event.preventDefault();
  history.pushState(null, '', link.href);
  show();
});

window.addEventListener('popstate', show);
show();
