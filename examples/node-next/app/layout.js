export const metadata = {
  title: 'Landing site',
  description: 'A small landing page',
};

export default function RootLayout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
